#!/bin/sh
# Any command of Kalauz beside kalauz.service: as its account, with its settings and its data. Root alone may.
#   install docker/kalauz.sh /usr/local/bin/kalauz
# It sees neither /tmp nor anybody's home: name files in /var/lib/kalauz-backups.
exec systemd-run --quiet --pty --pipe --wait --collect \
    --property=DynamicUser=yes --property=User=kalauz --property=UMask=0077 \
    --property='StateDirectory=kalauz kalauz-backups' --property=StateDirectoryMode=0700 \
    --property=WorkingDirectory=/var/lib/kalauz --property=Environment=KALAUZ_DATA_DIR=/var/lib/kalauz \
    --property=EnvironmentFile=-/etc/kalauz.env \
    /opt/kalauz/bin/kalauz "$@"
