"""Photos, masks and defocus made from them: what networks learn from and are measured on."""
