"""How a network that paints clips in one style is built of its parts."""

from vgan.core.arguments import check_number
from vgan.core.errors import UsageError
from vgan.core.spec import Spec
from vgan.models.average import Averaged
from vgan.models.game.gan import Gan
from vgan.models.game.rules import rules_of
from vgan.models.parts import Family


def family(picture, style=1.0, content=0.05, motion=5.0, features="random2d()"):
    """A generator that paints what it is given in the style of a picture; of --task=rebuilding.

    Args:
      picture: path of a picture, or of a video.
      style: weight of the difference of Gram matrices, as a share of the picture's.
      content: weight of the difference of coarse features, as a share of the clip's.
      motion: weight of the warp error along the flow of the clip.
      features: of vgan/networks: random2d(), or vgg19(weights='...').

    Source: Johnson et al., "Perceptual Losses for Real-Time Style Transfer and Super-Resolution",
    2016; of motion, Huang et al., "Real-Time Neural Style Transfer for Videos", 2017.
    """
    check_number("--model=style", least=0, style=style, content=content, motion=motion)
    if not style:
        raise UsageError("--model=style(style=0): paints nothing. Give a weight above 0")
    about = {"features": features}
    own = (
        Spec("picture_style", about | {"picture": picture}, style),
        Spec("picture_content", about, content),
        Spec("source_motion", {}, motion),
    )
    own = [part for part in own if part.weight]

    def model(parts):
        parts.task.check_itself("--model=style")
        generator, average = parts.network("generator"), parts.network("generator")
        optimizers = [parts.optimizer(), parts.optimizer()]
        return Gan(generator, average, optimizers, rules_of(parts, remakes=True, own=own))

    def sampler(parts):
        parts.task.check_itself("--model=style")
        return Averaged(parts.network("generator"))

    return Family(model, sampler, ("generator", "losses"))
