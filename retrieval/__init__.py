"""Language detection, encoders, the hybrid index, confidence and their evaluation."""
