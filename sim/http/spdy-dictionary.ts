/** The text with which SPDY/3 begins to compress headers. @see SPDY Protocol draft 3, 2.6.10.1 */

const words =
  'options head post put delete trace accept accept-charset accept-encoding accept-language accept-ranges age allow authorization cache-control connection content-base content-encoding content-language content-length content-location content-md5 content-range content-type date etag expect expires from host if-match if-modified-since if-none-match if-range if-unmodified-since last-modified location max-forwards pragma proxy-authenticate proxy-authorization range referer retry-after server te trailer transfer-encoding upgrade user-agent vary via warning www-authenticate method get status 200_OK version HTTP/1.1 url public set-cookie keep-alive origin';
const text =
  '100101201202205206300302303304305306307402405406407408409410411412413414415416417502504505203 Non-Authoritative Information204 No Content301 Moved Permanently400 Bad Request401 Unauthorized403 Forbidden404 Not Found500 Internal Server Error501 Not Implemented503 Service UnavailableJan Feb Mar Apr May Jun Jul Aug Sept Oct Nov Dec 00:00:00 Mon, Tue, Wed, Thu, Fri, Sat, Sun, GMTchunked,text/html,image/png,image/jpg,image/gif,application/xml,application/xhtml+xml,text/plain,text/javascript,publicprivatemax-age=gzip,deflate,sdchcharset=utf-8charset=iso-8859-1,utf-,*,enq=0.';

/** The dictionary: words with their lengths, then words without. */
export const headerDictionary: Buffer = Buffer.concat([
  ...words.split(' ').map(word => withLength(word.replace('_', ' '))),
  Buffer.from(text),
]);

function withLength(word: string): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(word.length, 0);
  return Buffer.concat([length, Buffer.from(word)]);
}

/** Its Adler-32 checksum, by which zlib knows a dictionary. */
export const headerDictionaryChecksum: Buffer = adler32(headerDictionary);

function adler32(bytes: Buffer): Buffer {
  const prime = 65521;
  let [low, high] = [1, 0];
  for (const byte of bytes) {
    low = (low + byte) % prime;
    high = (high + low) % prime;
  }
  const checksum = Buffer.alloc(4);
  checksum.writeUInt16BE(high, 0);
  checksum.writeUInt16BE(low, 2);
  return checksum;
}
