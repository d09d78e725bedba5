#!/bin/sh
# Fills .venv with the locked dependencies and with this checkout: tools/install.sh runtime|dev
# PYTHON names the interpreter. While it, the lock and pyproject.toml stay the same, this ends within milliseconds.
set -eu
cd "$(dirname "$0")/.."
room=$(pwd -P)/.venv
wanted=${1:-runtime}
python=${PYTHON:-python3}

stop() {
    echo "$1" >&2
    exit 2
}

case $wanted in
runtime) lock=requirements.txt ;;
dev) lock=requirements-dev.txt ;;
*) stop "Usage: tools/install.sh runtime|dev" ;;
esac

need="Sivient needs Python 3.11 or newer"
other="Choose another one with PYTHON=, for example: make demo PYTHON=python3.11"
version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null) ||
    stop "$need, and there is no working \"$python\" here. $other"
"$python" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || stop "$need, and \"$python\" is $version. $other"

stamp() {
    echo "$version $room"
    cksum tools/install.sh pyproject.toml "$@"
}
now=$(stamp "$lock")
if [ "$now" = "$(cat "$room/installed-$wanted" 2>/dev/null)" ]; then
    exit 0
fi

# Debian and Ubuntu keep ensurepip in a package of its own.
if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    package="python${version%.*}-venv"
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        echo "Installing $package."
        export DEBIAN_FRONTEND=noninteractive
        { apt-get update -qq && apt-get install -y -qq --no-install-recommends "$package"; } >/dev/null ||
            stop "$package could not be installed. Try: apt-get install $package"
    else
        stop "\"$python\" cannot make virtual environments. Try: sudo apt-get install $package"
    fi
fi

# An environment of another Python, or one that was moved here, is made anew.
if [ "$("$room/bin/python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null)" != "$version" ] ||
    ! grep -qsF "$room" "$room/bin/activate"; then
    base=$("$python" -c 'import sys; print(sys._base_executable)')
    echo "Making a virtual environment with Python $version."
    "$base" -m venv --clear "$room" || stop "The virtual environment could not be made (see above)."
fi

echo "Installing the locked dependencies."
install() {
    "$room/bin/python" -m pip install --quiet --quiet --no-input --disable-pip-version-check "$@"
}
{ install --require-hashes -r "$lock" && install --no-deps --no-build-isolation --editable .; } ||
    stop "The dependencies could not be installed (see above)."
echo "$now" >"$room/installed-$wanted"
if [ "$wanted" = dev ]; then
    stamp requirements.txt >"$room/installed-runtime" # the dev lock holds the other one
fi
