#!/bin/sh
# The file tree of the image: tern, the shared libraries that it needs (none, if it is static), the model, a health check and the
# licences. No shell, no package manager, nothing to write to.
#   deploy/container/rootfs.sh TERN MODEL DIR     the program, the .tern file, the folder to make
set -eu

fail() {
    echo "rootfs.sh: $*" >&2
    exit 1
}

[ $# -eq 3 ] || fail "usage: rootfs.sh TERN MODEL DIR"
tern=$1 model=$2 root=$3
here=$(dirname "$0")
[ -x "$tern" ] || fail "$tern is not a program: build it first"
[ -f "$model" ] || fail "there is no model file $model"
[ ! -e "$root" ] || fail "$root exists already"

# copy FROM TO MODE: the file behind any symbolic link, owned by root when root does it.
copy() {
    mkdir -p "$root$(dirname "$2")"
    cp -L "$1" "$root$2"
    chmod "$3" "$root$2"
}

# The licence of the Debian package that a library is from. Its path may be known with or without /usr in front.
copy_licence() {
    command -v dpkg-query >/dev/null || return 0
    path=$(readlink -f "$1")
    package=$(dpkg-query -S "$path" 2>/dev/null || dpkg-query -S "${path#/usr}" 2>/dev/null) || return 0
    package=${package%%:*}
    [ ! -f "/usr/share/doc/$package/copyright" ] || copy "/usr/share/doc/$package/copyright" "/usr/share/doc/$package/copyright" 644
}

# All beside libc: a folder that the loader searches without being told.
copy_libraries() {
    folder=$(printf '%s\n' "$1" | sed -n 's|.*=> \(.*\)/libc\.so\.[0-9]* .*|\1|p')
    [ -n "$folder" ] || fail "$tern does not link libc as a shared library, but others"
    printf '%s\n' "$1" | sed -n 's|^[[:space:]]*\([^ ]*\) => \(/[^ ]*\) .*|\1 \2|p' | while read -r name path; do
        copy "$path" "$folder/$name" 644
        copy_licence "$path"
    done
    loader=$(printf '%s\n' "$1" | sed -n 's|^[[:space:]]*\(/[^ ]*\) (.*|\1|p')
    copy "$loader" "$loader" 755
}

copy "$tern" /usr/bin/tern 755
copy "$model" /usr/share/tern/en_core_web_sm.tern 644
copy "$here/../../LICENSE" /usr/share/doc/tern/LICENSE 644
copy "$here/../../weights/LICENSE-en_core_web_sm" /usr/share/doc/tern/LICENSE-en_core_web_sm 644
if libraries=$(ldd "$tern" 2>/dev/null); then
    case $libraries in
        *"not found"*) fail "$(printf '%s\n' "$libraries" | grep 'not found')" ;;
        *"statically linked"*) ;;
        *) copy_libraries "$libraries" ;;
    esac
fi
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -static -s -o "$root/usr/bin/healthcheck" "$here/healthcheck.c"
mkdir -p "$root/etc"
echo 'tern:x:65532:65532::/:/' >"$root/etc/passwd"
echo 'tern:x:65532:' >"$root/etc/group"
