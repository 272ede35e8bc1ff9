# mailflow from a fresh checkout: needs Python 3.11 or newer with venv, make, and nothing else.
#
#   make run    play a case through on an embedded mail server (ARGS="--help" shows how)
#   make test   check the style, then run all tests (ARGS="-k deadline" runs some of them)
#   make soak   kill the daemon 1,000 times and count mails and letters on both sides (KILLS=100 for a short one, SEED=n)
#   make lock   write requirements/*.txt anew from pyproject.toml (LOCK=--upgrade takes the newest versions)
#   make clean  take away all that make has made

VENV := .venv
PY := $(VENV)/bin/python
PIP := $(PY) -m pip --disable-pip-version-check --no-input --quiet
ARGS ?=
LOCK ?=
PYTHON ?=
KILLS ?= 1000
SEED ?=

# An environment is ready for these pins, this package and this folder (scripts of a moved one point to the old place).
KEY := $(shell { pwd; cat pyproject.toml setup.py requirements/*.txt; } | cksum | tr ' ' '-')

# One package of ours comes only as source: it is built with the pinned setuptools, never with one fetched on the way.
# pip up to 25.2 would take its old way of building without wheel; later ones know only this way and ignore the setting.
export PIP_USE_PEP517 := 1

.PHONY: help run test soak lock clean
.DEFAULT_GOAL := help

help:
	@sed -n 's/^#   //p' Makefile

run: $(VENV)/demo-$(KEY)
	$(VENV)/bin/mailflow demo $(ARGS)

# Hundreds of processes of the tests load the program: what is compiled once is kept, also where that is turned off.
test: $(VENV)/test-$(KEY)
	@.ci/servers
	$(PY) -m ruff check .
	PYTHONDONTWRITEBYTECODE= $(PY) -m pytest -n 3 --dist loadfile $(ARGS)

soak: $(VENV)/test-$(KEY) # about 20 minutes on two cores that have nothing else to do
	@.ci/servers
	$(PY) -m tests.crash.soak --kills $(KILLS) $(if $(SEED),--seed $(SEED)) $(ARGS)

# Finds a fitting Python for $(1): 3.11 or newer, with venv and pip for it. Debian leaves venv out of python3.
find-python = for p in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if "$$p" -c 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then found="$$p"; break; fi; \
	done; \
	if [ -z "$${found:-}" ]; then \
	  echo "mailflow needs Python 3.11 or newer with its venv module. On Debian: apt-get install python3-venv" >&2; exit 1; \
	fi

# $(1): which pins. The package itself is installed in place, so a change of the source needs no new environment.
define install
	@$(PY) -m pip --version >/dev/null 2>&1 || { $(find-python); "$$found" -m venv --clear $(VENV); }
	@rm -f $(VENV)/demo-* $(VENV)/test-*
	@echo "Installing the pinned packages of requirements/$(1).txt into $(VENV) (once, a minute or less)."
	@$(PIP) install --require-hashes -r requirements/build.txt
	@$(PIP) install --require-hashes --no-build-isolation -r requirements/$(1).txt
	@$(PIP) install --no-deps --no-build-isolation --editable .
endef

$(VENV)/demo-$(KEY):
	$(call install,demo)
	@touch $@

$(VENV)/test-$(KEY): # test.txt holds all of demo.txt, so this environment serves make run as well
	$(call install,test)
	@touch $@ $(VENV)/demo-$(KEY)

# Resolved on the oldest Python we support, because newer ones need nothing more. All hashes that the registry offers for a version
# are written, so the pins hold on every machine; no address of any registry is. test.txt comes first and binds the others.
COMPILE = build/lock/bin/pip-compile --quiet --generate-hashes --allow-unsafe --strip-extras --no-header $(LOCK) \
	--no-emit-index-url --no-emit-options --no-emit-trusted-host --no-emit-find-links

lock:
	@$(find-python); "$$found" -m venv --clear build/lock
	@build/lock/bin/python -m pip --disable-pip-version-check --quiet install pip-tools==7.6.2
	$(COMPILE) --only-build-deps --build-deps-for wheel -o requirements/build.txt pyproject.toml
	$(COMPILE) --extra demo --extra png --extra postgresql --extra test -o requirements/test.txt pyproject.toml
	$(COMPILE) --extra demo -c requirements/test.txt -o requirements/demo.txt pyproject.toml
	$(COMPILE) --extra postgresql -c requirements/test.txt -o requirements/postgresql.txt pyproject.toml
	$(COMPILE) -c requirements/test.txt -o requirements/runtime.txt pyproject.toml

clean:
	rm -rf $(VENV) build dist *.egg-info .pytest_cache .ruff_cache .hypothesis
	find mailflow tests -name __pycache__ -type d -prune -exec rm -rf {} +
