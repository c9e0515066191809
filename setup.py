"""Installs vgan and data_prep: pip install -e ."""

from setuptools import find_packages, setup

BEAM = ["apache-beam>=2.77"]
FEATURES = ["scikit-image>=0.26"]
GPU = ["tensorflow[and-cuda]>=2.21,<2.22"]
LITERT = ["ai-edge-litert>=2.3"]
ONNX = ["onnxruntime>=1.31", "tf2onnx>=1.17"]
PROVENANCE = ["c2pa-python>=0.38", "cryptography>=50.0"]
SEARCH = ["optuna>=5.0"]
SEGMENT = ["scikit-learn>=1.9"]
SHOTS = ["scenedetect>=0.7.2"]
TEST = ["pytest>=9.2", "pytest-xdist>=3.8", "ruff>=0.17"]

setup(
    name="vgan",
    version="0.1.0",
    description="Video synthesis with generative adversarial networks on TensorFlow and Keras 3",
    long_description=open("README.md", encoding="utf-8").read(),
    long_description_content_type="text/markdown",
    packages=find_packages(include=["vgan", "vgan.*", "data_prep", "data_prep.*"]),
    package_data={"vgan.playing": ["page/*"], "vgan.serving": ["*.html", "*.js"]},
    python_requires=">=3.11,<3.14",
    # The lowest versions that the tests were run with.
    install_requires=[
        "absl-py>=2.5",
        "av>=18.1",
        "filelock>=4.2",
        "google-crc32c>=1.9",
        "h5py>=3.14",
        "keras>=3.15",
        "matplotlib>=3.11",
        "numpy>=2.4",
        "opencv-python>=5.0",
        "pebble>=5.2",
        "pillow>=12.3",
        "psutil>=7.2",
        "tensorboard>=2.21",
        "tensorflow>=2.21,<2.22",
        "tqdm>=4.70",
    ],
    extras_require={
        "test": [
            *TEST,
            *BEAM,
            *FEATURES,
            *LITERT,
            *ONNX,
            *PROVENANCE,
            *SEARCH,
            *SEGMENT,
            *SHOTS,
        ],  # fmt: skip
        "beam": BEAM,
        "benchmark": ["torch>=2.13"],
        "features": FEATURES,
        "gpu": GPU,
        "litert": LITERT,
        "onnx": ONNX,
        "provenance": PROVENANCE,
        "search": SEARCH,
        "segment": SEGMENT,
        "shots": SHOTS,
    },
)
