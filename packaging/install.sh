#!/bin/sh
# Installs ldirectord from the folder that this script is in, or removes it again. See usage().
set -eu

usage() {
	cat <<'END'
usage: install.sh [--prefix=DIR] [--destdir=DIR] [--program=FILE] [--uninstall]

    --prefix=DIR   where it goes (/usr/local); /etc and OCF's folder stay where they are
    --destdir=DIR  a folder that stands for /, for packages
    --program=FILE the executable (the one beside this script)
    --uninstall    remove what this script installed; configurations, logs and the account stay
END
}

prefix=/usr/local
destdir=
program=ldirectord
uninstall=
for argument in "$@"; do
	case $argument in
	--prefix=*) prefix=${argument#*=} ;;
	--destdir=*) destdir=${argument#*=} ;;
	--program=*) program=$(realpath "${argument#*=}") ;;
	--uninstall) uninstall=yes ;;
	-h | --help) usage && exit 0 ;;
	*) usage >&2 && exit 2 ;;
	esac
done
case $prefix in
/*) prefix=${prefix%/} ;;
*) echo "install.sh: --prefix must begin with a slash: $prefix" >&2 && exit 2 ;;
esac
cd "$(dirname "$0")"
umask 022

# Calls a function with KIND SOURCE TARGET for each file of the manifest.
each_file() {
	while read -r kind source target; do
		case $kind in '' | '#'*) continue ;; esac
		case $target in /*) ;; *) target=$prefix/$target ;; esac
		if [ "$kind" != tree ]; then
			"$1" "$kind" "$source" "$target"
			continue
		fi
		find "$source" -type f | LC_ALL=C sort | while read -r file; do
			case $file in *.png) kind="file" ;; *) kind=unit ;; esac
			[ ! -x "$file" ] || kind=script
			"$1" "$kind" "$file" "$target${file#"$source"}"
		done
	done <packaging/manifest
}

install_one() {
	path=$destdir$3
	if [ "$1" = config ] && [ -e "$path" ]; then return; fi
	mkdir -p "${path%/*}"
	# What runs keeps its file; a new one takes the name.
	rm -f "$path"
	case $1 in
	link) ln -s "$prefix/$2" "$path" && return ;;
	gzip) gzip -9nc "$2" >"$path" ;;
	unit | script) sed "s|/usr/sbin/ldirectord|$prefix/sbin/ldirectord|g" "$2" >"$path" ;;
	program) cp "$program" "$path" ;;
	*) cp "$2" "$path" ;;
	esac
	case $1 in
	program | script) chmod 755 "$path" ;;
	*) chmod 644 "$path" ;;
	esac
}

remove_one() {
	[ "$1" = config ] || rm -f "$destdir$3"
	# The folders of others are not empty, or are there for all.
	case $3 in
	*/ldirectord2/*) rmdir -p "$(dirname "$destdir$3")" 2>/dev/null || true ;;
	esac
}

if [ "$uninstall" ]; then
	each_file remove_one
	[ "$destdir" ] || [ ! -d /run/systemd/system ] || systemctl daemon-reload
	echo "removed; configurations in /etc/ha.d, /etc/logrotate.d/ldirectord, logs and the account ldirectord are left"
	exit 0
fi

each_file install_one
mkdir -p "$destdir/etc/ha.d/conf"
[ -z "$destdir" ] || exit 0

# The units run the director as this account; the configuration, which may hold passwords, is for it and for root.
if ! getent passwd ldirectord >/dev/null; then
	useradd --system --user-group --no-create-home --home-dir /var/lib/ldirectord --shell /usr/sbin/nologin ldirectord
fi
if [ ! -e /etc/ha.d/ldirectord.cf ]; then
	install -m 0640 -g ldirectord packaging/ldirectord.cf /etc/ha.d/ldirectord.cf
fi
[ ! -d /run/systemd/system ] || systemctl daemon-reload
echo "installed: $prefix/sbin/ldirectord; nothing was started. Next: man ldirectord, ldirectord check"
