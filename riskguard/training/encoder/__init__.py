"""The encoder in PyTorch: its shape, how it is pre-trained on unlabelled text and then taught our heads."""
