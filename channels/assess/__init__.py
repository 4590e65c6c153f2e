"""`suishen assess`: files of cases answered by the product's own code; see the forms page."""
