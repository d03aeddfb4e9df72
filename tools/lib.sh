# shellcheck shell=bash
# Shell functions shared by tools/run, tools/test, tools/lint and tools/package: find what is missing, install it, build.
# Sourced with the repository's root as working directory.

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# try "what it does" command...: one line; what the command printed is in $output, its exit code in $status.
try() {
    say "$1 ..."
    status=0
    output=$("${@:2}" 2>&1 </dev/null) || status=$?
    return "$status"
}

# quietly "what it does" command...: one line; the command's output is shown only when it fails.
quietly() {
    if try "$@"; then return; fi
    printf '%s\n' "$output" >&2
    die "$1: failed (exit code $status), see above"
}

# A library counts as installed when its .pc file is found, whatever package brought it (pkg-config itself may be missing).
have_library() {
    if command -v pkg-config >/dev/null; then pkg-config --exists "$1"; return; fi
    compgen -G "/usr/lib/*/pkgconfig/$1.pc" >/dev/null || compgen -G "/usr/l*/pkgconfig/$1.pc" >/dev/null
}

have_command() { command -v "$1" >/dev/null; }

missing=()
need_command() { have_command "$1" || missing+=("$2"); }
need_library() { have_library "$1" || missing+=("$2"); }

need_build_tools() {
    need_command cc build-essential
    need_command make build-essential
    need_command cmake cmake
    need_command pkg-config pkg-config
    need_library libcjson libcjson-dev
    need_library zlib zlib1g-dev
    need_library libzstd libzstd-dev
    need_library libcurl libcurl4-openssl-dev
    need_llhttp
}

# A library from Debian 13 and Ubuntu 24.04 on, sources before (cmake/llhttp.cmake).
need_llhttp() {
    if have_library libllhttp || [ -r /usr/share/llhttp/llhttp.c ]; then return; fi
    # shellcheck source=/dev/null  # it differs from machine to machine
    case $(. /etc/os-release && echo "${VERSION_CODENAME:-}") in
        bookworm) missing+=(node-llhttp) ;;
        *) missing+=(libllhttp-dev) ;;
    esac
}

as_root=()
apt_get() {
    "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -y -o DPkg::Lock::Timeout=300 "$@"
}

install_packages() {
    local list
    list=$(printf '%s\n' "$@" | sort -u | paste -sd ' ')
    have_command apt-get || die "these are missing, and there is no apt-get here to install them (Debian's names): $list"
    if [ "$(id -u)" -ne 0 ]; then
        have_command sudo || die "these are missing, and installing them takes root or sudo. As root: apt-get install $list"
        as_root=(sudo)
        say "sudo is needed once, to install: $list"
        sudo -v || die "no permission to install. As root: apt-get install $list"
    fi
    if [ -z "${lists_read:-}" ]; then quietly "Reading package lists" apt_get update; fi
    lists_read=yes
    quietly "Installing $list" apt_get install --no-install-recommends "$@"
}

# Installs what the need_... calls found missing.
install_missing() {
    [ "${#missing[@]}" -eq 0 ] && return
    install_packages "${missing[@]}"
    missing=()
}

# Of $python, for the extension module.
need_python_headers() {
    local there='import os, sys, sysconfig; sys.exit(not os.path.exists(os.path.join(sysconfig.get_path("include"), "Python.h")))'
    "$python" -c "$there" 2>/dev/null || missing+=(python3-dev)
}

# need_venv FOLDER FILE "what it has": a virtual environment with the packages that FILE pins. It is made anew when the
# file, the Python (TERN_PYTHON, else python3) or its place changed.
need_venv() {
    local folder=$1 python=${TERN_PYTHON:-python3} stamp
    need_command "$python" python3
    "$python" -c 'import ensurepip, venv' 2>/dev/null || missing+=(python3-venv)
    install_missing
    stamp="$(realpath -m "$folder") $(cksum <"$2")"
    stamp+=" $("$python" -c 'import sys; print(sys.version, sys.executable)' | tr '\n' ' ')"
    if [ -x "$folder/bin/python" ] && [ "$(cat "$folder/stamp" 2>/dev/null)" = "$stamp" ]; then return; fi
    quietly "Creating $folder" "$python" -m venv --clear "$folder"
    quietly "Installing $3 into $folder" "$folder/bin/python" -m pip install --no-compile --only-binary=:all: -r "$2"
    printf '%s\n' "$stamp" >"$folder/stamp"
}

# cmake_build FOLDER [configure options]: configures and builds; next to nothing to do when nothing changed. What FOLDER was
# configured with stays, as long as it builds: in a moved checkout, after an interruption, without the compiler, the generator or a
# library of then, it is configured anew.
cmake_build() {
    if [ -e "$1/CMakeCache.txt" ]; then
        if try "Configuring $1" cmake -S . -B "$@" && try "Building $1" cmake --build "$1" --parallel "$(nproc)"; then return; fi
        say "$1 does not build as it is configured: once more, from the beginning"
    fi
    cmake_build_anew "$@"
}

# Forgets how FOLDER was configured, with every object; other things in it, as packages, stay.
cmake_build_anew() {
    if [ -e "$1" ]; then
        { rm -rf "$1/CMakeCache.txt" && find "$1/" -name CMakeFiles -prune -exec rm -rf {} +; } ||
            die "$1 cannot be made anew: remove it, as the user who made it"
    fi
    quietly "Configuring $1" cmake -S . -B "$@"
    quietly "Building $1" cmake --build "$1" --parallel "$(nproc)"
}
