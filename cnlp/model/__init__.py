"""The model files and the models that come with the package."""
