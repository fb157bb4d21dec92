"""A camera of our own making: a flat scene at a known distance, seen through a lens that lags.

What is asked of the lens is done some frames later and takes a while; it has play, so that where it
ends depends on the side that it comes from; and its frames are noisy. All of it is seeded.
"""

import functools

import numpy as np

from dbd_mobile import load_pixels
from dbd_mobile.camera import Frame, Shot

FRAME_MS = 1000 / 30
EXPOSURE_MS = 20.0
GAMMA = 1 / 2.2
SCENES = ("leaves", "text", "fractal", "faint", "lights", "edge", "two layers")
"""What there is to focus on; "wall" has nothing."""


class StandInCamera:
    """Sees a flat scene.

    Args:
        scene: One of :data:`SCENES`, or "wall".
        subject_dioptres: Where the scene is.
        px_per_dioptre: Radius of blur in pixels of a frame for each dioptre out of focus.
        noise: Standard deviation of the frames' noise, of 255 steps.
        play_dioptres: So much less than it was asked for does the lens go, from either side.
        latency_frames: Frames until what was asked for begins.
        dioptres_per_frame: How fast the lens is.
        start_dioptres: Where it stands at first.
        photo_scale: How many times as large as a frame a photo is.
        seed: Of scene and noise.
    """

    lens_range_dioptres = (0.0, 10.0)
    frame_wh = (320, 240)

    def __init__(
        self,
        scene="leaves",
        *,
        subject_dioptres=3.0,
        px_per_dioptre=1.1,
        noise=2.0,
        play_dioptres=0.2,
        latency_frames=2,
        dioptres_per_frame=2.0,
        start_dioptres=1.0,
        photo_scale=1,
        seed=0,
    ):
        self.subject_dioptres = subject_dioptres
        self.brightness = 1.0
        self.frames_taken = 0
        self.moving_ms = set()
        """When those exposures began in which the glass moved."""
        self.exposure_holds = []
        self.photos = []
        self.shakes = []
        """By how many pixels the next photos are shaken."""
        self.before_frame = None
        """Called with the camera before each frame, to change what it sees."""
        self._px_per_dioptre = px_per_dioptre
        self._play = play_dioptres / 2
        self._latency = latency_frames
        self._speed = dioptres_per_frame
        self._photo_scale = photo_scale
        self._sent = [(0, start_dioptres)]
        self._said = self._motor = self._glass = start_dioptres
        self._rng = np.random.default_rng((seed, 1))
        field = self._rng.standard_normal((self.frame_wh[1] + 100, self.frame_wh[0] + 100))
        self._noise = (noise * field + 0.5).astype(np.float32)
        self._is_taking_a_photo = False
        self.show(scene, seed=seed)

    def show(self, scene, *, subject_dioptres=None, seed=0):
        """Put another scene before the lens."""
        rng = np.random.default_rng((seed, 2))
        if subject_dioptres is not None:
            self.subject_dioptres = subject_dioptres
        light, cover = _SCENES[scene](rng, self.frame_wh)
        self._layers = [(np.fft.rfft2(light), cover, 0.0)]
        if cover is not None:
            behind, _ = _leaves(rng, self.frame_wh)
            self._layers.insert(0, (np.fft.rfft2(behind), None, -2.0))
        self._tones = {}

    @property
    def glass_dioptres(self):
        """Where the glass really is."""
        return self._glass

    @property
    def sent_dioptres(self):
        """Where the lens was sent last."""
        return self._sent[-1][1]

    @property
    def error_dioptres(self):
        """How far the glass is from where the scene is sharp."""
        return abs(self._glass - self.subject_dioptres)

    def move_lens(self, dioptres):
        assert not self._is_taking_a_photo, "the lens was moved while a photo was exposed"
        lowest, highest = self.lens_range_dioptres
        assert lowest <= dioptres <= highest
        self._sent.append((self.frames_taken + self._latency, dioptres))

    def hold_exposure(self, held):
        self.exposure_holds.append(held)

    def next_frame(self):
        if self.before_frame is not None:
            self.before_frame(self)
        said, start_ms = self._expose()
        return Frame(
            luma=self._picture(start_ms),
            lens_dioptres=said,
            start_ms=start_ms,
            end_ms=start_ms + EXPOSURE_MS,
        )

    def take_photo(self):
        self._is_taking_a_photo = True
        said, start_ms = self._expose()
        photo = self._picture(start_ms, shake_px=self.shakes.pop(0) if self.shakes else 1)
        self._is_taking_a_photo = False
        scale = self._photo_scale
        shot = Shot(
            pixels=load_pixels(photo.repeat(scale, axis=0).repeat(scale, axis=1)),
            lens_dioptres=said,
            start_ms=start_ms,
            end_ms=start_ms + EXPOSURE_MS,
        )
        self.photos.append(shot)
        return shot

    def _expose(self):
        """Let the time of one frame pass -> what the camera says of the lens, and when it began."""
        start_ms = self.frames_taken * FRAME_MS
        goal = [place for frame, place in self._sent if frame <= self.frames_taken][-1]
        self._said += float(np.clip(goal - self._said, -self._speed, self._speed))
        # The motor is behind what is said, and the glass has play in it.
        before = self._glass
        self._motor += 0.8 * (self._said - self._motor)
        self._glass = float(
            np.clip(self._glass, self._motor - self._play, self._motor + self._play)
        )
        if abs(self._glass - before) > 0.02:
            self.moving_ms.add(start_ms)
        self.frames_taken += 1
        return self._said, start_ms

    def _picture(self, start_ms, shake_px=1):
        if start_ms in self.moving_ms:
            # Whoever looks at this is misled.
            return self._rng.integers(0, 256, self.frame_wh[::-1], dtype=np.uint8)
        tones = self._tones_at(round(self._glass, 3))
        if shake_px > 1:
            tones = np.mean([np.roll(tones, x, axis=1) for x in range(shake_px)], axis=0)
        flicker = self.brightness * (1 + 0.01 * self._rng.standard_normal())
        # Another part of one field of noise each time: to make it anew takes longer than all else.
        top, left = self._rng.integers(0, 100, 2)
        noise = self._noise[top : top + tones.shape[0], left : left + tones.shape[1]]
        return np.clip(tones * np.float32(flicker**GAMMA) + noise, 0, 255).astype(np.uint8)

    def _tones_at(self, place):
        """What the scene looks like through the lens, of 255, without noise."""
        if place not in self._tones:
            light = np.zeros(self.frame_wh[::-1])
            for spectrum, cover, offset in self._layers:
                radius_px = self._px_per_dioptre * abs(place - self.subject_dioptres - offset)
                seen = np.fft.irfft2(spectrum * _transfer(radius_px, self.frame_wh), s=light.shape)
                light = seen if cover is None else np.where(cover, seen, light)
            self._tones[place] = (255 * np.clip(light, 0, 1) ** GAMMA).astype(np.float32)
        return self._tones[place]


def _discs():
    """The transform of a disc of blur, 2 J1(z) / z, by the mean of its chords."""
    z = np.arange(0, 200, 0.05)
    chords = np.linspace(-1, 1, 65)
    weight = np.sqrt(1 - chords**2)
    return z, np.cos(z[:, np.newaxis] * chords) @ (weight / weight.sum())


_DISC = _discs()


@functools.cache
def _frequencies(frame_wh):
    """Cycles a pixel, and what the lens at its best leaves of each."""
    width, height = frame_wh
    frequency = np.hypot(np.fft.fftfreq(height)[:, np.newaxis], np.fft.rfftfreq(width))
    return frequency, np.exp(-2 * (np.pi * 0.6 * frequency) ** 2)


def _transfer(radius_px, frame_wh):
    """What a disc of blur leaves of each frequency."""
    frequency, best = _frequencies(frame_wh)
    return best * np.interp(2 * np.pi * radius_px * frequency, *_DISC)


def _leaves(rng, wh):
    light = np.full(wh[::-1], 0.2)
    y, x = np.mgrid[: wh[1], : wh[0]]
    for _ in range(250):
        cx, cy, r = rng.uniform(0, wh[0]), rng.uniform(0, wh[1]), rng.uniform(3, 25)
        light[np.hypot(x - cx, y - cy) < r] = rng.uniform(0.03, 0.7)
    return light, None


def _text(rng, wh):
    light = np.full(wh[::-1], 0.75)
    for row in range(8, wh[1] - 8, 14):
        for column in range(8, wh[0] - 8, 7):
            if rng.random() < 0.8:
                light[row : row + rng.integers(3, 9), column : column + rng.integers(1, 3)] = 0.05
                light[row + 4, column : column + 5] = 0.05
    return light, None


def _fractal(rng, wh):
    spectrum = np.fft.rfft2(rng.standard_normal(wh[::-1]))
    frequency = np.hypot(np.fft.fftfreq(wh[1])[:, np.newaxis], np.fft.rfftfreq(wh[0]))
    frequency[0, 0] = 1
    field = np.fft.irfft2(spectrum / frequency**1.2, s=wh[::-1])
    field = (field - field.mean()) / field.std()
    return np.clip(0.25 + 0.08 * field, 0.01, 1), None


def _faint(rng, wh):
    return 0.25 + 0.12 * (_fractal(rng, wh)[0] - 0.25), None


def _lights(rng, wh):
    light = 0.3 * _fractal(rng, wh)[0]
    for _ in range(12):
        y, x = rng.integers(20, wh[1] - 20), rng.integers(20, wh[0] - 20)
        light[y : y + 2, x : x + 2] = 20.0
    return light, None


def _edge(rng, wh):
    y, x = np.mgrid[: wh[1], : wh[0]]
    angle = rng.uniform(0, np.pi)
    side = (x - wh[0] / 2) * np.cos(angle) + (y - wh[1] / 2) * np.sin(angle)
    return np.where(side > 0, 0.4, 0.15), None


def _two_layers(rng, wh):
    y, x = np.mgrid[: wh[1], : wh[0]]
    return _leaves(rng, wh)[0], np.hypot(x - wh[0] / 2, y - wh[1] / 2) < 70


def _wall(rng, wh):
    y, x = np.mgrid[: wh[1], : wh[0]]
    return 0.4 - 0.1 * ((x / wh[0] - 0.5) ** 2 + (y / wh[1] - 0.5) ** 2), None


_SCENES = {
    "leaves": _leaves,
    "text": _text,
    "fractal": _fractal,
    "faint": _faint,
    "lights": _lights,
    "edge": _edge,
    "two layers": _two_layers,
    "wall": _wall,
}
