"""The training of the static model that ships."""
