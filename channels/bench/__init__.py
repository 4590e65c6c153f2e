"""The benches behind `suishen bench`: what this machine does, by command, with floors."""
