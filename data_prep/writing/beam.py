"""Chunks on a cluster: the same work as `pool`, as an Apache Beam pipeline.

The input and output must lie on a file system that all machines share. Time and memory of a file
aren't limited: a runner has its own ways with workers that hang or die.
"""

import functools
import shlex

from data_prep.writing import chunks
from vgan.core.errors import UsageError


def writer(options):
    """How chunks are written by a Beam runner, in place of `pool.write`.

    Args:
      options: of the pipeline, as on a command line: "--runner=DirectRunner".
    Raises:
      UsageError: Beam isn't installed, or doesn't know an option.
    """
    try:
        from apache_beam.options.pipeline_options import PipelineOptions
    except ImportError:
        raise UsageError(
            "--beam_options: needs Apache Beam. Install it: pip install 'vgan[beam]'"
        ) from None
    chosen = PipelineOptions(shlex.split(options))
    known = chosen.get_all_options()
    for name in chosen.get_all_options(retain_unknown_options=True):
        if name not in known:
            raise UsageError(f"--beam_options={options}: Beam has no option {name!r}")
    return functools.partial(_write, chosen)


def _write(options, todo, workers, progress):
    """Writes chunks, as `pool.write`; the runner's options say by how many workers."""
    import apache_beam

    del workers
    with apache_beam.Pipeline(options=options) as pipeline:
        made = pipeline | apache_beam.Create(todo)
        made | apache_beam.Reshuffle() | apache_beam.Map(chunks.write)
    progress(sum(len(chunk.items) for chunk in todo))
