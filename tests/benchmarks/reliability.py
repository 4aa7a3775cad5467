"""Is the confidence right? Wilson intervals, and the reliability diagram as SVG."""

from math import sqrt

BINS = 10
SIZE, MARGIN = 320, 40


def wilson(count: int, n: int, z: float = 1.96) -> tuple[float, float]:
    """The 95 % interval of a share (Wilson 1927)."""
    if n == 0:
        return 0.0, 1.0
    share = count / n
    centre = share + z * z / (2 * n)
    spread = z * sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    return max(0.0, (centre - spread) / (1 + z * z / n)), min(1.0, (centre + spread) / (1 + z * z / n))


def expected_error(confidences: list[float], right: list[bool]) -> float:
    """Expected calibration error over ten bins of equal width (Naeini et al. 2015)."""
    total = 0.0
    for _, count, said, was in bins(confidences, right):
        total += count * abs(said - was)
    return total / max(len(confidences), 1)


def bins(confidences: list[float], right: list[bool]) -> list[tuple[int, int, float, float]]:
    """Non-empty bins: number, count, mean confidence, share right."""
    found = []
    for b in range(BINS):
        inside = [(c, r) for c, r in zip(confidences, right, strict=True) if min(int(c * BINS), BINS - 1) == b]
        if inside:
            n = len(inside)
            found.append((b, n, sum(c for c, _ in inside) / n, sum(r for _, r in inside) / n))
    return found


def diagram(confidences: list[float], right: list[bool]) -> str:
    """Mean confidence against the share that was right, a dot a bin, its area the number of questions."""

    def place(x: float, y: float) -> tuple[float, float]:
        return MARGIN + x * SIZE, MARGIN + (1 - y) * SIZE

    whole = SIZE + 2 * MARGIN
    (x0, y0), (x1, y1) = place(0, 0), place(1, 1)
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {whole} {whole}"',
        'font-family="sans-serif" font-size="12">',
        f'<rect width="{whole}" height="{whole}" fill="white"/>',
        f'<rect x="{MARGIN}" y="{MARGIN}" width="{SIZE}" height="{SIZE}" fill="none" stroke="#888"/>',
        f'<line x1="{x0}" y1="{y0}" x2="{x1}" y2="{y1}" stroke="#888" stroke-dasharray="4 4"/>',
    ]
    for _, n, said, was in bins(confidences, right):
        x, y = place(said, was)
        low, high = wilson(round(was * n), n)
        parts.append(
            f'<line x1="{x:.1f}" y1="{place(0, low)[1]:.1f}" x2="{x:.1f}" y2="{place(0, high)[1]:.1f}" stroke="#246"/>'
        )
        parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{2 + sqrt(n) / 2:.1f}" fill="#246" fill-opacity="0.6"/>')
    parts.append(f'<text x="{whole / 2}" y="{whole - 10}" text-anchor="middle">confidence</text>')
    parts.append(
        f'<text x="14" y="{whole / 2}" text-anchor="middle" transform="rotate(-90 14 {whole / 2})">share right</text>'
    )
    return "\n".join([*parts, "</svg>", ""])
