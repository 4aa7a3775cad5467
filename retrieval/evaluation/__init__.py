"""How good the answers are: retrieval, questions, language detection and bitext, in the contract's formats."""
