"""What PyInstaller sees and LiteRT does without: TensorFlow, a part of which it once was.

Where TensorFlow is installed too, an application would become larger by a gigabyte. PyInstaller
runs this where the application is made; the package never imports it.
"""

excludedimports = ["tensorflow"]
