// Lets @azure/identity get a token of the managed identity that the variables name, as a program on App Service does, and prints what came of it.
// Arguments: managed or default, the scope, and the client id of the identity if the program names one.
import { DefaultAzureCredential, ManagedIdentityCredential } from '@azure/identity';

const [kind, scope, clientId] = process.argv.slice(2);
const options = { ...(clientId ? { clientId } : {}), retryOptions: { maxRetries: 0 } };
try {
  const credential = kind === 'default' ? new DefaultAzureCredential() : new ManagedIdentityCredential(options);
  const { token } = await credential.getToken(scope);
  console.log(JSON.stringify({ token }));
} catch (error) {
  console.log(JSON.stringify({ error: `${error.name}: ${error.message}` }));
}
process.exit(0);
