"""What passed and what was found out in, the output folder, its report and a model's card out."""
