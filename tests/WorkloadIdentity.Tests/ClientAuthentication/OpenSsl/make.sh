#!/bin/sh
# Makes the files beside it with OpenSSL 3: forms of keys and certificates that .NET does not write itself. They are for tests alone and
# protect nothing.
# The password is "pw". The certificate is valid from 2025-06-01 to 2035-06-01, around the beginning of the tests' clock.
set -eu
cd "$(dirname "$0")"
temp=$(mktemp -d)
trap 'rm -rf "$temp"' EXIT

openssl genrsa -out key.pem 2048
openssl req -new -key key.pem -subj "/CN=openssl" -out "$temp/request.pem"
touch "$temp/index"
cat > "$temp/ca.cnf" <<EOF
[ca]
default_ca=d
[d]
new_certs_dir=$temp
database=$temp/index
rand_serial=yes
default_md=sha256
policy=p
[p]
commonName=supplied
EOF
openssl ca -config "$temp/ca.cnf" -selfsign -batch -notext -keyfile key.pem -in "$temp/request.pem" \
  -startdate 20250601000000Z -enddate 20350601000000Z -out certificate.pem
openssl x509 -in certificate.pem -trustout -addtrust clientAuth -out trusted.pem

key() { out=$1; shift; openssl pkcs8 -topk8 -in key.pem -passout pass:pw -provider default -provider legacy "$@" -out "$out"; }
key scrypt.key.pem -scrypt
key camellia.key.pem -v2 camellia-256-cbc
key aria.key.pem -v2 aria-256-cbc
key rc4.key.pem -v1 PBE-SHA1-RC4-128
key hmac.key.pem -v2 aes-256-cbc -v2prf hmacWithSHA512-256
key slow.key.pem -v2 aes-256-cbc -iter 20000000

pfx() { out=$1; shift; openssl pkcs12 -export -inkey key.pem -in certificate.pem -passout pass:pw "$@" -out "$out"; }
pfx camellia.pfx -keypbe camellia-256-cbc -certpbe camellia-256-cbc
pfx camellia-without-mac.pfx -keypbe camellia-256-cbc -certpbe camellia-256-cbc -nomac
pfx aria-key.pfx -keypbe aria-256-cbc -certpbe AES-256-CBC
pfx sha3.pfx -macalg sha3-256
pfx slow.pfx -iter 20000000

openssl genpkey -algorithm RSA-PSS -pkeyopt rsa_keygen_bits:2048 -out pss.key.pem
openssl req -x509 -key pss.key.pem -subj "/CN=pss" -days 3650 -out pss.pem
openssl pkcs8 -topk8 -in pss.key.pem -passout pass:pw -out pss-encrypted.key.pem
openssl pkcs12 -export -inkey pss.key.pem -in pss.pem -passout pass:pw -out pss.pfx

# Two authorities of one name, and a certificate of the second with a PSS signature whose salt has not the usual length.
for number in 1 2; do
  openssl req -x509 -newkey rsa:2048 -nodes -keyout "$temp/authority$number.key" -subj "/CN=authority" -days 3650 \
    -out "authority$number.pem"
done
openssl x509 -req -in "$temp/request.pem" -CA authority2.pem -CAkey "$temp/authority2.key" -days 3650 -sha256 \
  -sigopt rsa_padding_mode:pss -sigopt rsa_pss_saltlen:20 -extfile /dev/stdin -out issued-with-pss.pem <<EOF
authorityKeyIdentifier=keyid:always
EOF
