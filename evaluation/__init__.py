"""Networks and data sets in, how right their maps are out: predictors, measures, pictures."""
