# Sourced by app/run and tests/run: sees to it that the packages they name are there. Says what it does.

say () {
  printf '\033[1m==>\033[0m %s\n' "$*"
}

# need_packages PACKAGE...: installs those that are missing with apt, or names them and stops.
need_packages () {
  missing=""
  if ! command -v dpkg-query >/dev/null 2>&1; then
    # Another distribution: what counts is that the tools and libraries are there, however they are called.
    if command -v meson >/dev/null 2>&1 && command -v ninja >/dev/null 2>&1 && command -v cc >/dev/null 2>&1 &&
      pkg-config --exists glib-2.0 json-glib-1.0 cairo libpng libjpeg zlib openblas gtk4 libadwaita-1 2>/dev/null; then
      return 0
    fi
    say "This is no Debian. Please install what Debian calls:"
    printf '    %s\n' "$@"
    exit 1
  fi
  for package in "$@"; do
    case $(dpkg-query -W -f '${db:Status-Abbrev}' "$package" 2>/dev/null) in
      ii*) ;;
      *) missing="$missing $package" ;;
    esac
  done
  [ -z "$missing" ] && return 0

  say "Installing:$missing"
  if [ "$(id -u)" -eq 0 ]; then
    as_root=""
  elif command -v sudo >/dev/null 2>&1; then
    as_root="sudo"
  else
    say "There is no sudo here. As root, please run: apt-get install$missing"
    exit 1
  fi
  $as_root apt-get update -qq
  # shellcheck disable=SC2086
  $as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing >/dev/null
}

build_packages="meson ninja-build pkg-config gcc libc6-dev gettext libglib2.0-dev libopenblas-pthread-dev libpng-dev
  libjpeg62-turbo-dev libjson-glib-dev libcairo2-dev zlib1g-dev libgtk-4-dev libgtk-4-bin libadwaita-1-dev
  desktop-file-utils appstream shared-mime-info adwaita-icon-theme librsvg2-common fonts-cantarell fonts-dejavu-core"
test_packages="clang-format git xvfb xauth dbus dbus-x11 at-spi2-core xdotool imagemagick x11-utils openbox python3-gi
  gir1.2-atspi-2.0 fonts-nanum"

# configure FOLDER OPTION...: a build folder, made anew where it was made with other options.
configure () {
  folder=$1
  shift
  if [ -f "$folder/build.ninja" ] && [ "$(cat "$folder/options" 2>/dev/null)" = "$*" ]; then
    return 0
  fi
  rm -rf "$folder"
  meson setup "$folder" "$root" "$@" >"$folder.log" 2>&1 || {
    cat "$folder.log"
    exit 1
  }
  printf '%s' "$*" >"$folder/options"
}
