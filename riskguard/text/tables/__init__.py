"""What each character folds to: our own tables first, then Unicode's, then OpenCC's."""
