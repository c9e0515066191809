"""scikit-image, which only some kinds need."""

from vgan.core.errors import UsageError


def scikit_image(kind):
    """The package `skimage`; `kind` is the one that needs it. Raises UsageError without it."""
    try:
        import skimage
    except ImportError:
        raise UsageError(
            f"--features={kind}: needs scikit-image, which isn't installed. "
            "Run pip install 'vgan[features]', or leave this kind out"
        ) from None
    return skimage
