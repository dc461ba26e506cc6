import { ApiError, foreignProblem, type Refusal } from '../../api/client.ts';

/**
 * Uploads a file and reports its progress, which `fetch` cannot.
 *
 * @param onProgress called with the share sent so far, 0 to 1
 * @throws ApiError if the server rejects the file; TypeError if it cannot be reached
 */
export function upload<T>(url: string, file: Blob, onProgress: (share: number) => void): Promise<T> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.responseType = 'text';
    request.setRequestHeader('content-type', 'application/octet-stream');
    request.upload.addEventListener('progress', ({ loaded, total }) => onProgress(total === 0 ? 1 : loaded / total));
    request.addEventListener('error', () => reject(new TypeError('the file could not be sent')));
    request.addEventListener('load', () => {
      const { status, statusText, responseText } = request;
      if (status >= 200 && status < 300) resolve(JSON.parse(responseText) as T);
      else reject(new ApiError(problemFrom(status, statusText, responseText), undefined));
    });
    request.send(file);
  });
}

function problemFrom(status: number, title: string, text: string): Refusal {
  try {
    return JSON.parse(text) as Refusal;
  } catch {
    return foreignProblem(status, title);
  }
}
