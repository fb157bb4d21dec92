"""Videos and live cameras in; what is out of focus in each frame out.

Files are read and written by PyAV, the extra ``video``; :class:`FrameStream` needs no extra.
"""

from dbd_mobile.jobs.video.detecting import Video, detect_video
from dbd_mobile.jobs.video.frame_stream import FrameStream, StreamResult
from dbd_mobile.jobs.video.overlaying import overlay_video
from dbd_mobile.jobs.video.raw_video import RawReader
from dbd_mobile.jobs.video.reading import VideoError
from dbd_mobile.jobs.video.results import FrameResult
from dbd_mobile.jobs.video.sharpest import SharpFrame, sharpest_frames
from dbd_mobile.jobs.video.writing import RawSink

__all__ = [
    "FrameResult",
    "FrameStream",
    "RawReader",
    "RawSink",
    "SharpFrame",
    "StreamResult",
    "Video",
    "VideoError",
    "detect_video",
    "overlay_video",
    "sharpest_frames",
]
