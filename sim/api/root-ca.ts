/** The cluster's authority of certificates, and its stand-in. */

/** Who signs the certificates of a cluster: its own certificate and its key, as PEM. */
export interface ClusterAuthority {
  readonly certificate: string;
  readonly key: string;
}

/** The certificate of the cluster's authority where no socket is open and nobody checks it: self-signed, its key is gone. */
export const standInRootCa = `-----BEGIN CERTIFICATE-----
MIIBfzCCASegAwIBAgIULL/q+Erzsr++jegpZcDoVMwkh+8wCgYIKoZIzj0EAwIw
FTETMBEGA1UEAwwKa3ViZXJuZXRlczAgFw0yNjExMjUxNjAxNDFaGA8yMTI2MTEw
MTE2MDE0MVowFTETMBEGA1UEAwwKa3ViZXJuZXRlczBZMBMGByqGSM49AgEGCCqG
SM49AwEHA0IABDGkNViMkKpkWF1951D9sYfSJFP/jrdnp81UfDKbYNJ5vyWBS9Qi
libdL/aAeYxwQVIN9s/Uo17QysN33NMi0DejUzBRMB0GA1UdDgQWBBSiVDE8i0AA
beAwgbCdN5dMkBtxwzAfBgNVHSMEGDAWgBSiVDE8i0AAbeAwgbCdN5dMkBtxwzAP
BgNVHRMBAf8EBTADAQH/MAoGCCqGSM49BAMCA0YAMEMCH26ad+7iJptvvdCGf7A3
3DzbKieHNO906UUyLRDHqVICIA0HYE+x671PYCK1vkqUKfNNuGvqNZxGs0gwxchX
DfUT
-----END CERTIFICATE-----
`;
