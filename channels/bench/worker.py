"""`python -m channels.bench.worker`: the Kafka worker of production over the toy fold."""

import os
import sys

from channels.bench import toy
from streams.kafka.worker import Options, run_worker, tuning_of
from streams.settings import read_settings


def main(bootstrap: str) -> int:
    """Run until SIGTERM."""
    settings = read_settings(os.environ)
    options = Options("client", bootstrap, tuning=tuning_of(settings))
    return run_worker(settings, options, fold=toy.ToyFold(), decode=toy.decode)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
