# Two environments: .venv has the runtime only; .venv-tools has training, export and benchmarks,
# whose converters pin old versions of what the runtime uses at its newest.

PYTHON ?= python3
PHOTO ?= docs/scene.jpg
OUT ?= out

RUNTIME_SOURCES := pyproject.toml README.md LICENSE NOTICE $(shell find dbd_mobile -type f -not -name '*.pyc')
# The converters have wheels for this Python and this kind of machine only.
CONVERTERS := $(shell $(PYTHON) -c "import platform as p, sys; \
	print(int(sys.version_info[:2] == (3, 11) and (p.system(), p.machine()) == ('Linux', 'x86_64')))")

# What the Android library and app are built and tested with; their reference is the tools' environment.
JAVA_TOOLS := javac javadoc mvn gcc nm readelf aapt aapt2 apksigner zipalign dexdump enjarify
ANDROID := $(shell for tool in $(JAVA_TOOLS); do command -v $$tool >/dev/null || echo $$tool; done)

.PHONY: demo test test-runtime test-tools test-android aar apk tools clean

demo: .venv/installed
	@.venv/bin/dbd-mobile detect "$(PHOTO)" -o "$(OUT)"
	@echo "Written to $(OUT)/: the blur map (.blur.png), the overlay (.overlay.jpg) and the numbers (.json)."

ifeq ($(CONVERTERS),1)
ifeq ($(ANDROID),)
test: test-runtime test-tools test-android
else
test: test-runtime test-tools
	@echo "Left out: the tests of the Android library and app; they need $(ANDROID), see android_demo/README.md."
endif
else
test: test-runtime
	@echo "Left out: the tests of training, export, benchmarks and the Android library and app; the converters need Python 3.11 on 64-bit x86 Linux, this is $$($(PYTHON) -c 'import platform as p; print("Python", p.python_version(), "on", p.system(), p.machine())')."
endif

# From another folder, so that the installed wheel is tested and not the checkout.
runtime-tests = cd build && ../$(1)/bin/pytest -c ../pyproject.toml --rootdir .. ../tests/runtime

test-runtime: .venv/tests
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/mypy --strict -p dbd_mobile
	$(call runtime-tests,.venv)

# The runtime is tested here too, with the oldest numpy and interpreters that it supports.
test-tools: .venv-tools/installed .venv/installed
	.venv-tools/bin/mypy data networks evaluation training export benchmarks
	.venv-tools/bin/python -m pytest tests/tools
	.venv-tools/bin/python -m pip install --quiet --no-deps --force-reinstall build/wheel/*.whl
	$(call runtime-tests,.venv-tools)

test-android: .venv-tools/installed
	.venv-tools/bin/python -m pytest tests/android
	touch build/android/tested

aar:
	@$(PYTHON) android_demo/build.py aar

apk:
	@$(PYTHON) android_demo/build.py apk

tools: .venv-tools/installed

.venv/bin/python:
	@$(PYTHON) -c "import sys; sys.exit(not (3, 10) <= sys.version_info[:2] <= (3, 13))" || \
		{ echo "Python 3.10 to 3.13 is needed; run: make PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv || { rm -rf .venv; \
		echo "Python's venv module is missing; run: apt-get install python3-venv"; exit 1; }

.venv/installed: .venv/bin/python $(RUNTIME_SOURCES)
	rm -rf build/wheel build/lib
	.venv/bin/python -m pip wheel --quiet --no-deps --wheel-dir build/wheel .
	.venv/bin/python -m pip install --quiet build/wheel/*.whl
	.venv/bin/python -m pip install --quiet --no-deps --force-reinstall build/wheel/*.whl
	touch $@

.venv/tests: .venv/installed requirements/test.txt
	.venv/bin/python -m pip install --quiet -r requirements/test.txt
	touch $@

# This file too says what is installed.
.venv-tools/installed: Makefile requirements/tools.txt requirements/test.txt
	@test "$(CONVERTERS)" = 1 || \
		{ echo "The converters need Python 3.11 on 64-bit x86 Linux; run: make tools PYTHON=/path/to/python3.11"; exit 1; }
	@$(PYTHON) -m venv .venv-tools || { rm -rf .venv-tools; \
		echo "Python's venv module is missing; run: apt-get install python3-venv"; exit 1; }
	.venv-tools/bin/python -m pip install --quiet -r requirements/tools.txt
	# onnx2tf asks for the OpenCV build with windows, which does not load without libGL; this is
	# the same module without them.
	.venv-tools/bin/python -m pip install --quiet --no-deps --force-reinstall opencv-python-headless==4.11.0.86
	# MediaPipe, whose schema the metadata follows, asks for a third build of OpenCV and for a sound
	# library; neither is used here.
	.venv-tools/bin/python -m pip install --quiet --no-deps mediapipe==1.2.2
	touch $@

clean:
	rm -rf .venv .venv-tools build dist out
