# Shell functions shared by tools/run and tools/test: find what is missing, install it, build.
# Sourced with the repository's root as working directory.

say() { printf '%s\n' "$*" >&2; }
die() { say "${0##*/}: $*"; exit 1; }

# quietly "what it does" command...: one line; the command's output is shown only when it fails.
quietly() {
    local what=$1 log status=0
    shift
    say "$what ..."
    log=$(mktemp)
    "$@" >"$log" 2>&1 </dev/null || status=$?
    [ "$status" -eq 0 ] || cat "$log" >&2
    rm -f "$log"
    [ "$status" -eq 0 ] || die "$what: failed (exit code $status), see above"
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
    need_library openblas libopenblas-serial-dev
    need_library libcjson libcjson-dev
    need_library zlib zlib1g-dev
    need_library libcurl libcurl4-openssl-dev
    need_llhttp
}

# A library from Debian 13 and Ubuntu 24.04 on, sources before (cmake/llhttp.cmake).
need_llhttp() {
    if have_library libllhttp || [ -r /usr/share/llhttp/llhttp.c ]; then return; fi
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
    quietly "Reading package lists" apt_get update
    quietly "Installing $list" apt_get install --no-install-recommends "$@"
}

# Installs what the need_... calls found missing.
install_missing() {
    [ "${#missing[@]}" -eq 0 ] && return
    install_packages "${missing[@]}"
    missing=()
}

# cmake_build FOLDER [configure options]: configures and builds; next to nothing to do when nothing changed. A tree that was
# configured in another place (a moved or copied checkout) is made anew.
cmake_build() {
    local folder=$1 home
    shift
    home=$(sed -n 's/^CMAKE_HOME_DIRECTORY:INTERNAL=//p' "$folder/CMakeCache.txt" 2>/dev/null || true)
    if [ -n "$home" ] && [ "$home" != "$PWD" ]; then rm -rf "$folder"; fi
    quietly "Configuring $folder" cmake -S . -B "$folder" "$@"
    quietly "Building $folder" cmake --build "$folder" --parallel "$(nproc)"
}
