"""What the three channels of the ``detail`` network's output stand for, each a number in [0, 1].

``radius``: log2 of the radius of the circle of confusion in pixels, from -0.5 to 4.5. A photo that
is as crisp as cameras make them has a radius of 1: the camera's own blur and the lens's add up as
``sqrt(1 + r ** 2)``. ``spread``: log2 of the standard deviation of that logarithm, from -5 to 1.
``motion``: probability that the blur is one of motion.
"""

LOG2_RADIUS = (-0.5, 4.5)
"""What 0 and 1 of the first channel mean."""

LOG2_SPREAD = (-5.0, 1.0)
"""What 0 and 1 of the second channel mean."""
