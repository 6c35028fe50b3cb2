"""Required texts: found word for word, or within an edit distance that a changed word exceeds."""


def best_match(needle: str, text: str) -> tuple[float, int, int]:
    """(likeness 0..1, start, end) of the part of `text` that is most like `needle`."""
    at = text.find(needle)
    if at >= 0:
        return 1.0, at, at + len(needle)
    if not _worth_it(needle, text):
        return 0.0, 0, 0
    distance, start, end = _nearest(needle, text)
    return 1 - distance / len(needle), start, end


def _worth_it(needle: str, text: str) -> bool:
    pairs = {needle[i : i + 2] for i in range(len(needle) - 1)}
    return sum(pair in text for pair in pairs) * 2 >= len(pairs)


def _nearest(needle: str, text: str) -> tuple[int, int, int]:
    """Least edit distance of `needle` to any part of `text` (Sellers), with the part."""
    costs = list(range(len(needle) + 1))
    origins = [0] * (len(needle) + 1)
    best = (len(needle), 0, 0)
    for at, char in enumerate(text, 1):
        previous, came_from = costs, origins
        costs, origins = [0], [at]
        for row, wanted in enumerate(needle, 1):
            choices = (
                (previous[row - 1] + (wanted != char), came_from[row - 1]),
                (previous[row] + 1, came_from[row]),
                (costs[row - 1] + 1, origins[row - 1]),
            )
            cost, origin = min(choices)
            costs.append(cost)
            origins.append(origin)
        best = min(best, (costs[-1], origins[-1], at))
    return best
