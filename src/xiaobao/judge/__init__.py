"""The judge: a small trained model that weighs what the rules propose."""
