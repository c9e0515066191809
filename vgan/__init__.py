"""vgan: video synthesis with generative adversarial networks on TensorFlow and Keras 3."""
