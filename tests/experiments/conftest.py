"""The scripts of experiments are no package: they find each other beside themselves."""

import importlib
import sys
from pathlib import Path

from absl import flags

sys.path.insert(0, str(Path(__file__).parents[2] / "experiments"))

# Each is a command with flags of its own, of which some have the same names.
for script in ("baselines", "drift", "fuzz_preparation", "kill_preparation", "natural"):
    importlib.import_module(script)
    for flag in flags.FLAGS.get_flags_for_module(script):
        delattr(flags.FLAGS, flag.name)
