# shellcheck shell=bash
# Sourced by tools/package: fetches and unpacks the sources named in tools/package_sources.txt. Uses lib.sh.
#
# TERN_SOURCES: a folder or an http(s) address that holds the files; otherwise apt-get where it is there, else Debian's web servers.

sources_list=$PWD/tools/package_sources.txt

# Prints what the list says of one package: its version; its licence; a line for each file.
source_version() { awk -v name="$1" '$1 == name { print $2 }' "$sources_list"; }
source_licence() { awk -v name="$1" '$1 == name { $1 = $2 = ""; sub(/^ +/, ""); print }' "$sources_list"; }
source_files() { awk -v name="$1" '/^[^ ]/ { on = $1 == name } /^ / && on { $1 = $1; print }' "$sources_list"; }

# The version without Debian's parts of it: 8.14.1 of 8.14.1-2+deb13u5, 1.3.1 of 1:1.3.dfsg+really1.3.1-1.
upstream_version() { source_version "$1" | sed 's/^[0-9]*://; s/.*+really//; s/[-+~].*//'; }

is_right_file() { [ -f "$1" ] && printf '%s  %s\n' "$2" "$1" | sha256sum --check --status; }

download() { curl --fail --silent --show-error --location --retry 3 --output "$2" "$1"; }

# apt-get with a sources list of its own, so that the system's stays as it is and no root is needed.
apt_get_source() {
    local package=$1 version=$2 folder=$3 file=$4 apt suite keyring=/usr/share/keyrings/debian-archive-keyring.gpg
    have_command apt-get && [ -r "$keyring" ] || return 1
    apt=$(realpath "$folder")/apt
    mkdir -p "$apt/lists/partial" "$apt/cache" "$apt/parts"
    for suite in "debian trixie" "debian trixie-updates" "debian-security trixie-security"; do
        echo "deb-src [signed-by=$keyring] http://deb.debian.org/$suite main"
    done >"$apt/parts/debian.list"
    for suite in "debian bookworm" "debian-security bookworm-security"; do
        echo "deb [signed-by=$keyring] http://deb.debian.org/$suite main"
    done >>"$apt/parts/debian.list"
    local options=(-qq -o Dir::Etc::SourceList=/dev/null -o "Dir::Etc::SourceParts=$apt/parts" -o "Dir::State::Lists=$apt/lists"
        -o "Dir::Cache=$apt/cache" -o APT::Sandbox::User=)
    if [ ! -e "$apt/updated" ]; then apt-get "${options[@]}" update && touch "$apt/updated" || return 1; fi
    case $file in
        *.deb) (cd "$folder" && apt-get "${options[@]}" download "${file%%_*}=$version") ;;
        *) (cd "$folder" && apt-get "${options[@]}" source --download-only "$package=$version") ;;
    esac
}

# One file: from TERN_SOURCES, or from the web.
download_source() {
    local package=$1 file=$2 sha1=$3 target=$4 letter=${1:0:1}
    case ${TERN_SOURCES:-} in
        http://* | https://*) download "$TERN_SOURCES/$file" "$target"; return ;;
        ?*) cp "$TERN_SOURCES/$file" "$target"; return ;;
    esac
    case $package in
        lib*) letter=${package:0:4} ;;
        llhttp) package=node-undici letter=n ;;   # the source package that it is built from
    esac
    download "https://deb.debian.org/debian/pool/main/$letter/$package/$file" "$target" ||
        download "https://snapshot.debian.org/file/$sha1" "$target"
}

# fetch_source PACKAGE FOLDER: its files are then there, and are those of the list.
fetch_source() {
    local package=$1 folder=$2 files version file sha256 sha1 line
    version=$(source_version "$package")
    mapfile -t files < <(source_files "$package")
    [ -n "$version" ] && [ "${#files[@]}" -gt 0 ] || die "$sources_list: $package: expected a version and files"
    for line in "${files[@]}"; do
        read -r file sha256 sha1 <<<"$line"
        is_right_file "$folder/$file" "$sha256" && continue
        if [ -z "${TERN_SOURCES:-}" ]; then apt_get_source "$package" "$version" "$folder" "$file" || true; fi
        is_right_file "$folder/$file" "$sha256" || download_source "$package" "$file" "$sha1" "$folder/$file" ||
            die "$file cannot be fetched. Put it into a folder and name that in TERN_SOURCES"
        is_right_file "$folder/$file" "$sha256" || die "$folder/$file is not the file that $sources_list names (SHA-256)"
    done
}

# unpack_source PACKAGE FOLDER TARGET: the upstream archive with Debian's patches applied, or what a .deb installs.
unpack_source() {
    local package=$1 folder=$2 target=$3 files patch
    mapfile -t files < <(source_files "$package")
    rm -rf "$target"
    mkdir -p "$target"
    case ${files[0]%% *} in
        *.deb) (cd "$target" && ar x "$folder/${files[0]%% *}" && tar -xf data.tar.*); return ;;
    esac
    tar -xf "$folder/${files[0]%% *}" -C "$target" --strip-components=1
    tar -xf "$folder/${files[1]%% *}" -C "$target"
    [ -f "$target/debian/patches/series" ] || return 0
    while read -r patch _; do
        case $patch in "" | \#*) continue ;; esac
        patch --directory="$target" --strip=1 --force --silent --no-backup-if-mismatch <"$target/debian/patches/$patch" ||
            die "$package: $patch does not apply"
    done <"$target/debian/patches/series"
}
