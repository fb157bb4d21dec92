"""A file, the one it was made from and photos in; whether both compute the same thing out."""
