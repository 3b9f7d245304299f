"""The container of the built-in XGBoost algorithm: `train` and `serve` as AWS documents them, around real XGBoost.

docs.aws.amazon.com/sagemaker/latest/dg/xgboost.html
"""
