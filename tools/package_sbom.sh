# shellcheck shell=bash
# Sourced by tools/package: the bill of materials, in CycloneDX's JSON. It has no date and no serial number: like the package,
# it is the same whenever it is made. Uses package_sources.sh.
#
# In: linked (the sources that are linked in), models (their names), arch, compiler, programs.

sha256_of() { sha256sum "$1" | cut -d ' ' -f 1; }
manifest_field() { sed -n "s/^ *\"$2\": \"\(.*\)\",\{0,1\}\$/\1/p" "weights/$1.json" | head -n 1; }

# sbom_entry INDENT REF TYPE NAME VERSION LICENCE ["MORE": ...]: one component; what more there is of it, as JSON.
sbom_entry() {
    local indent=$1 part
    shift
    printf '%s{\n' "$indent"
    printf "$indent  \"%s\": \"%s\",\n" bom-ref "$1" type "$2" name "$3" version "$4"
    printf '%s  "licenses": [{"expression": "%s"}]' "$indent" "$5"
    for part in "${@:6}"; do printf ',\n%s  %s' "$indent" "$part"; done
    printf '\n%s}' "$indent"
}

sbom_hash() { printf '{"alg": "%s", "content": "%s"}' "$1" "$2"; }

# A library by its source package: where each of its files stays available, and its hashes.
sbom_source() {
    local name=$1 version purl file sha256 sha1 references=()
    version=$(source_version "$name")
    purl="pkg:deb/debian/$name@${version//+/%2B}?arch=source"
    while read -r file sha256 sha1; do
        references+=("{\"type\": \"source-distribution\", \"comment\": \"$file\",
         \"url\": \"https://snapshot.debian.org/file/$sha1\",
         \"hashes\": [$(sbom_hash SHA-256 "$sha256"), $(sbom_hash SHA-1 "$sha1")]}")
    done < <(source_files "$name")
    sbom_entry "    " "$name" library "$name" "$version" "$(source_licence "$name")" "\"purl\": \"$purl\"" \
        "\"externalReferences\": [
        ${references[0]},
        ${references[1]}
      ]"
}

# What the compiler itself adds: the functions for what the processor has no instruction for.
sbom_libgcc() {
    local version
    version=$("$compiler" -dumpfullversion)
    sbom_entry "    " libgcc library libgcc "$version" "GPL-3.0-or-later WITH GCC-exception-3.1" \
        "\"purl\": \"pkg:generic/libgcc@$version\"" "\"description\": \"$("$compiler" --version | head -n 1)\""
}

# Each model has a manifest beside it.
sbom_model() {
    sbom_entry "    " "$1" machine-learning-model "$1" "$(manifest_field "$1" version)" "$(manifest_field "$1" license)" \
        "\"hashes\": [$(sbom_hash SHA-256 "$(sha256_of "weights/$1.tern")")]" "\"description\": \"hashes: of the file weights/$1.tern\""
}

write_sbom() {
    local name version refs
    version=$(sed -n 's/^#define TERN_VERSION "\(.*\)"$/\1/p' engine/tern.h)
    refs=$(printf '"%s", ' "${linked[@]}" libgcc "${models[@]}")
    printf '{\n  "bomFormat": "CycloneDX",\n  "specVersion": "1.6",\n  "version": 1,\n  "metadata": {\n    "component":\n'
    sbom_entry "    " tern application tern "$version" MIT \
        "\"properties\": [{\"name\": \"architecture\", \"value\": \"$arch\"}]" \
        "\"hashes\": [$(sbom_hash SHA-256 "$(sha256_of "$programs/bootstrap")")]" \
        "\"description\": \"hashes: of the file bootstrap\""
    printf '\n  },\n  "components": [\n'
    for name in "${linked[@]}"; do
        sbom_source "$name"
        printf ',\n'
    done
    sbom_libgcc
    for name in "${models[@]}"; do
        printf ',\n'
        sbom_model "$name"
    done
    printf '\n  ],\n  "dependencies": [{"ref": "tern", "dependsOn": [%s]}]\n}\n' "${refs%, }"
}
