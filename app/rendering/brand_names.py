"""What a template asks of its brand: whether every colour, font and brand picture that it names is there."""

from collections.abc import Collection, Mapping

from app.kernel.errors import Problem
from app.rendering.scene import (
    ConicGradient,
    DisclosureLayer,
    Layer,
    LinearGradient,
    PaintedLayer,
    PictureLayer,
    ProfileLayer,
    QrLayer,
    RadialGradient,
    ShapeFill,
    ShapeLayer,
    Stroke,
    StylePatch,
    TextLayer,
    TextStyle,
)
from app.rendering.template import Template, flat

Weights = Mapping[str, Collection[int]]


def name_problems(
    template: Template, palette: Collection[str], weights: Weights, assets: Collection[str]
) -> list[Problem]:
    """Every name of the template that the brand kit lacks, each with its path."""
    asked = _Asked(palette, weights, assets)
    for name, style in template.styles.items():
        asked.style(f"styles.{name}", style, TextStyle())
    for size_name, size in template.sizes.items():
        for path, layer in flat(size.layers, f"sizes.{size_name}.layers"):
            asked.layer(path, layer, template)
    return asked.problems


class _Asked:
    def __init__(self, palette: Collection[str], weights: Weights, assets: Collection[str]) -> None:
        self.problems: list[Problem] = []
        self._palette = palette
        self._weights = weights
        self._assets = assets

    def _missing(self, path: str, code: str, message: str) -> None:
        self.problems.append(Problem(path, code, message))

    def colour(self, path: str, value: str | None) -> None:
        if value is not None and value.startswith("@") and value[1:] not in self._palette:
            self._missing(path, "unknown_colour", f"the palette has no “{value}”")

    def fill(self, path: str, fill: ShapeFill | None) -> None:
        if isinstance(fill, LinearGradient | RadialGradient | ConicGradient):
            for index, stop in enumerate(fill.stops):
                self.colour(f"{path}.stops[{index}].colour", stop.colour)
        else:
            self.colour(path, fill)

    def stroke(self, path: str, stroke: Stroke | None) -> None:
        if stroke is not None:
            self.colour(f"{path}.colour", stroke.colour)

    def style(self, path: str, patch: TextStyle | StylePatch, base: TextStyle) -> None:
        self.colour(f"{path}.colour", patch.colour)
        if patch.outline is not None:
            self.colour(f"{path}.outline.colour", patch.outline.colour)
        self.font(path, patch.family, patch.weight, base)

    def font(self, path: str, family: str | None, weight: int | None, base: TextStyle) -> None:
        if family is None and weight is None:
            return
        chosen = family or base.family
        if chosen not in self._weights:
            self._missing(f"{path}.family", "unknown_family", f"the brand has no family “{chosen}”")
        elif (weight or base.weight) not in self._weights[chosen]:
            known = ", ".join(str(one) for one in sorted(self._weights[chosen]))
            missing = f"{chosen} has no weight {weight or base.weight}; it has {known}"
            self._missing(f"{path}.weight", "unknown_weight", missing)

    def layer(self, path: str, layer: Layer, template: Template) -> None:
        if isinstance(layer, PaintedLayer) and layer.shadow is not None:
            self.colour(f"{path}.shadow.colour", layer.shadow.colour)
        if isinstance(layer, ShapeLayer):
            self.fill(f"{path}.fill", layer.fill)
            self.stroke(f"{path}.stroke", layer.stroke)
        elif isinstance(layer, PictureLayer):
            self.stroke(f"{path}.border", layer.border)
            if layer.mask is not None:
                self.fill(f"{path}.mask.fade", layer.mask.fade)
            if layer.asset is not None and layer.asset not in self._assets:
                self._missing(f"{path}.asset", "unknown_asset", f"the brand has no picture “{layer.asset}”")
        elif isinstance(layer, QrLayer):
            self.colour(f"{path}.dark", layer.dark)
            self.colour(f"{path}.light", layer.light)
        elif isinstance(layer, TextLayer | ProfileLayer | DisclosureLayer):
            self._text(path, layer, template)

    def _text(self, path: str, layer: TextLayer | ProfileLayer | DisclosureLayer, template: Template) -> None:
        base = template.styles.get(layer.style or "", TextStyle())
        self.style(f"{path}.set", layer.set, base)
        if not isinstance(layer, DisclosureLayer) and layer.plate is not None:
            self.fill(f"{path}.plate.fill", layer.plate.fill)
            self.stroke(f"{path}.plate.stroke", layer.plate.stroke)
        if isinstance(layer, TextLayer):
            set_ = layer.set.over(base)
            for index, span in enumerate(layer.spans):
                here = f"{path}.spans[{index}]"
                self.colour(f"{here}.colour", span.colour)
                self.font(here, span.family, span.weight, set_)
