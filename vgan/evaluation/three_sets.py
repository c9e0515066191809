"""Made clips, real clips and other real clips, and how figures of them are computed."""

from vgan.evaluation.intervals import jackknife


class ThreeSets:
    """What was measured of the three sets, by name.

    Args:
      fake, real, other: dicts of arrays [N, ...] of each set, in the sets' order.
      sources: three arrays int [N], the source videos of the sets' clips.
    """

    def __init__(self, fake, real, other, sources):
        self._rows = (fake, real, other)
        self._sources = sources
        self.count = min(len(source) for source in sources)

    def figures(self, name, names, compute, equal=True):
        """Figures with their intervals and floors, a dict by name.

        Args:
          name: of what was measured.
          names: of the figures.
          compute: (real rows, fake rows) -> one number for each of the names.
          equal: take equally many clips of each set; otherwise all, for figures without bias.
        """
        stop = self.count if equal else None
        fake, real, other = (rows[name][:stop] for rows in self._rows)
        sources = [source[:stop] for source in self._sources]
        values, floors = compute(real, fake), compute(real, other)
        errors = jackknife(compute, real, sources[1], fake, sources[0])
        counts = {"n_generated": len(fake), "n_real": len(real)}
        errors = [None] * len(names) if errors is None else map(float, errors)
        found, figures = {}, zip(map(float, values), map(float, floors), errors, strict=True)
        for figure, (value, floor, error) in zip(names, figures, strict=True):
            interval = None if error is None else [value - 2 * error, value + 2 * error]
            ratio = value / floor if floor > 0 else None
            found[figure] = {"value": value, "interval": interval, "floor": floor}
            found[figure] |= {"over_floor": ratio} | counts
        return found

    def figure(self, name, compute, equal=True):
        """The one figure that `compute` gives; see `figures`."""
        return self.figures(name, [name], lambda *rows: [compute(*rows)], equal)[name]

    def all(self, name):
        """All rows of (fake, real, other)."""
        return tuple(rows[name] for rows in self._rows)
