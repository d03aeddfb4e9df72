#!/bin/sh
# The file tree of the image: tern, the shared libraries that it needs (none, if it is static), the models, a health check and the
# licences. No shell, no package manager, nothing to write to.
#   deploy/container/rootfs.sh TERN DIR MODEL...     the program, the folder to make, the .tern files, each with its LICENSE- beside it
set -eu

die() {
    echo "rootfs.sh: $*" >&2
    exit 1
}

licence_of() { echo "$(dirname "$1")/LICENSE-$(basename "$1" .tern)"; }

[ $# -ge 3 ] || die "usage: rootfs.sh TERN DIR MODEL..."
tern=$1 root=$2
shift 2
here=$(dirname "$0")
[ -x "$tern" ] || die "$tern is not a program: build it first"
for model; do
    [ -f "$model" ] || die "there is no model file $model"
    [ -f "$(licence_of "$model")" ] || die "there is no $(licence_of "$model"): who gets the model gets its licence"
done
[ ! -e "$root" ] || die "$root exists already"

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
    [ -n "$folder" ] || die "$tern does not link libc as a shared library, but others"
    printf '%s\n' "$1" | sed -n 's|^[[:space:]]*\([^ ]*\) => \(/[^ ]*\) .*|\1 \2|p' | while read -r name path; do
        copy "$path" "$folder/$name" 644
        copy_licence "$path"
    done
    loader=$(printf '%s\n' "$1" | sed -n 's|^[[:space:]]*\(/[^ ]*\) (.*|\1|p')
    copy "$loader" "$loader" 755
}

copy "$tern" /usr/bin/tern 755
copy "$here/../../LICENSE" /usr/share/doc/tern/LICENSE 644
for model; do
    copy "$model" "/usr/share/tern/$(basename "$model")" 644
    copy "$(licence_of "$model")" "/usr/share/doc/tern/LICENSE-$(basename "$model" .tern)" 644
done
for licence in /usr/share/doc/node-llhttp/copyright /usr/share/doc/libllhttp-dev/copyright; do   # part of the program
    [ ! -f "$licence" ] || copy "$licence" "$licence" 644
done
if libraries=$(ldd "$tern" 2>/dev/null); then
    case $libraries in
        *"not found"*) die "$(printf '%s\n' "$libraries" | grep 'not found')" ;;
        *"statically linked"*) ;;
        *) copy_libraries "$libraries" ;;
    esac
fi
"${CC:-cc}" -std=c11 -O2 -Wall -Wextra -fPIE -fstack-protector-strong -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2 -static-pie -s \
    -Wl,-z,relro,-z,now,-z,noexecstack -o "$root/usr/bin/healthcheck" "$here/healthcheck.c"
mkdir -p "$root/etc"
echo 'tern:x:65532:65532::/:/' >"$root/etc/passwd"
echo 'tern:x:65532:' >"$root/etc/group"
