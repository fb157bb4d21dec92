def model_files():
    return iter(())
