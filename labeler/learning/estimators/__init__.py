"""The estimators behind the models, by scikit-learn's conventions. Importing one costs an import of scikit-learn."""
