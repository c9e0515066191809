"""Installs vgan and data_prep: pip install -e ."""

from setuptools import find_packages, setup

setup(
    name="vgan",
    version="0.1.0",
    description="Video synthesis with generative adversarial networks on TensorFlow and Keras 3",
    long_description=open("README.md", encoding="utf-8").read(),
    long_description_content_type="text/markdown",
    packages=find_packages(include=["vgan", "vgan.*", "data_prep", "data_prep.*"]),
    python_requires=">=3.11,<3.14",
    install_requires=[
        "absl-py>=2.3",
        "av>=16",
        "filelock>=3.20",
        "google-crc32c>=1.7",
        "keras>=3.12",
        "numpy>=2.1",
        "opencv-python>=4.12",
        "pillow>=12",
        "tensorboard>=2.20",
        "tensorflow>=2.21,<2.22",
        "tqdm>=4.67",
    ],
    extras_require={
        "test": ["pytest>=9", "ruff>=0.14"],
        "benchmark": ["torch>=2.9"],
    },
)
