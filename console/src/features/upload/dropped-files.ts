/** A file with its path below what was dropped. */
export interface FoundFile {
  file: File;
  path: string;
}

/** Finds all files of what was dropped, folders included. */
export async function* droppedFiles(items: readonly FileSystemEntry[]): AsyncGenerator<FoundFile> {
  for (const entry of items) yield* filesBelow(entry);
}

async function* filesBelow(entry: FileSystemEntry): AsyncGenerator<FoundFile> {
  if (isFile(entry)) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
    yield { file, path: entry.fullPath.slice(1) };
  } else if (isFolder(entry)) {
    const reader = entry.createReader();
    const next = () =>
      new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject));
    // Browsers give a hundred at a time.
    for (let batch = await next(); batch.length > 0; batch = await next())
      for (const child of batch) yield* filesBelow(child);
  }
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Returns the files of an input, with their paths if it took a folder. */
export const chosenFiles = (files: FileList): FoundFile[] =>
  Array.from(files, (file) => ({ file, path: file.webkitRelativePath || file.name }));
