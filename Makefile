# Everything runs in .venv; `make demo` and `make test` set it up by themselves.
export PATH := $(CURDIR)/.venv/bin:$(PATH)
PYTHON ?= python3.11
# Twice the cores of a small machine: tests over a broker mostly wait.
PROCESSES ?= 4
STAMP := .venv/.installed

.PHONY: demo test setup lint compiled format lock soak services

demo: setup
	suishen demo

# Where the machine says that no bytecode is written, every process would compile all it imports.
test: export PYTHONDONTWRITEBYTECODE =
test: setup services
	$(MAKE) -j2 lint compiled
	coverage erase
	coverage run -m pytest -n $(PROCESSES) --dist loadfile --no-loadscope-reorder --every-kind
	coverage combine -q
	coverage report --include='schemas/*,journeys/*' --fail-under=98
	coverage report --include='streams/*,channels/*' --fail-under=95
	@cat .pytest_cache/suishen-closing-line 2>/dev/null || true

setup: $(STAMP)

$(STAMP): requirements.lock pyproject.toml
	test -x .venv/bin/python || $$(command -v $(PYTHON) || command -v python3) -m venv .venv
	.venv/bin/pip install -q --disable-pip-version-check --require-hashes -r requirements.lock
	.venv/bin/pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	touch $@

services:
	sh tests/install_services.sh

lint: setup
	ruff check .
	ruff format --check .
	mypy
	lint-imports

# Beside mypy, which keeps one core busy: what is compiled here is not compiled by each process of
# the tests at once. A fault says nothing here: the tests themselves tell it.
compiled: setup
	-@pytest --collect-only -q >/dev/null 2>&1

format: setup
	ruff check --fix .
	ruff format .

lock:
	uv pip compile pyproject.toml --extra dev --generate-hashes --no-header --no-annotate \
		--no-emit-index-url -o requirements.lock

soak: setup
	SUISHEN_HYPOTHESIS_PROFILE=soak pytest tests/properties
