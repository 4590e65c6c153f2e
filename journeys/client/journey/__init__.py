"""Journey room: instances of journeys and the moves they make."""
