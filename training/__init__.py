"""Photos and masks in, weights of defocus blur detection networks out."""
