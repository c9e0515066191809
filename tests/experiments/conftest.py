"""The scripts of experiments are no package: they find each other beside themselves."""

import importlib
import sys
from pathlib import Path

from absl import flags

sys.path.insert(0, str(Path(__file__).parents[2] / "experiments"))

# Each is a command with flags of its own, of which some have the same names.
for script in (
    "baselines", "drawn_videos", "drift", "fuzz_preparation", "fuzz_use", "kill_preparation",
    "motion_variants", "natural", "tracking",
):  # fmt: skip
    before = set(flags.FLAGS)
    importlib.import_module(script)
    for name in set(flags.FLAGS) - before:
        if not flags.FLAGS.find_module_defining_flag(name).startswith("absl"):
            delattr(flags.FLAGS, name)
